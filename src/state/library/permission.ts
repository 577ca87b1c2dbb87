/** Of Chromium; elsewhere there are no handles that outlive a visit. */
interface Asks {
  requestPermission?(options: { readonly mode: 'read' | 'readwrite' }): Promise<PermissionState>;
}

/** To be called by a click: ask whether a folder may be read again. */
export async function mayRead(handle: FileSystemDirectoryHandle & Asks): Promise<boolean> {
  return (await handle.requestPermission?.({ mode: 'read' })) === 'granted';
}

/** To be called by a click: ask whether files in a folder may be written and deleted. What the browser refuses is a no. */
export async function mayWrite(handle: FileSystemDirectoryHandle & Asks): Promise<boolean> {
  try {
    return (await handle.requestPermission?.({ mode: 'readwrite' })) === 'granted';
  } catch {
    return false; // the click was too long ago, or the folder is gone
  }
}
