/** What the system says of a file that cannot be looked at, in words. */

/** A file that is not there any more, or never was under this name. */
export function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** @param isLink whether it is a link that leads to it. */
export function reasonOf(error: unknown, isLink = false): string {
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'There is no permission to read it.';
    case 'ENOENT':
    case 'ENOTDIR':
      return isLink
        ? 'It is a link to something that is not there, as when its disk is away.'
        : 'It is gone, or its name is not valid Unicode.';
    case 'ELOOP':
      return 'It is a link that leads back to itself.';
    case 'EIO':
      return 'The disk reports an error, or a cloud drive has not downloaded it (EIO).';
    case 'EBUSY':
    case 'ETXTBSY':
      return `Another program has locked it (${code}).`;
    default:
      return `It cannot be read (${code ?? String(error)}).`;
  }
}
