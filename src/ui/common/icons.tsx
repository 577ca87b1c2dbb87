import type { JSX } from 'solid-js';

const PATHS = {
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM15.3 15.3 20 20',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  close: 'M6 6l12 12M18 6 6 18',
  down: 'M6.5 9.5 12 15l5.5-5.5',
  back: 'M20 12H5M11 5.5 4.5 12l6.5 6.5',
  log: 'M12 7.5V12l3 2M4.2 9.5A8.2 8.2 0 1 1 4 13M4 4.8v4.7h4.7',
  about: 'M12 3.8a8.2 8.2 0 1 0 0 16.4 8.2 8.2 0 0 0 0-16.4ZM12 11v5M12 8v.1',
  light:
    'M12 8.2a3.8 3.8 0 1 0 0 7.6 3.8 3.8 0 0 0 0-7.6ZM12 2.8v2M12 19.2v2M2.8 12h2M19.2 12h2M5.5 5.5l1.4 1.4M17.1 17.1l1.4 1.4M18.5 5.5l-1.4 1.4M6.9 17.1l-1.4 1.4',
  dark: 'M19.6 14.2A8 8 0 0 1 9.8 4.4a8 8 0 1 0 9.8 9.8Z',
  system: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM12 4v16M12 7.5h5.5M12 11h7.6M12 14.5h7M12 18h4',
  pictures:
    'M7.5 4h11A1.5 1.5 0 0 1 20 5.5v11M5.5 7.5h10A1.5 1.5 0 0 1 17 9v9.5a1.5 1.5 0 0 1-1.5 1.5h-10A1.5 1.5 0 0 1 4 18.5V9a1.5 1.5 0 0 1 1.5-1.5ZM4.5 17l3.6-3.6 5.4 5.6M12.6 11.2v.1',
  offline:
    'M4 4l16 16M9.2 9.3A8.6 8.6 0 0 0 5.5 11.6M2.6 8.7a13 13 0 0 1 4-2.4M10.7 5.3A13 13 0 0 1 21.4 8.7M14 9.6a8.6 8.6 0 0 1 4.5 2.3M8.8 15.2a4.8 4.8 0 0 1 5.9-.4M12 19v.1',
  picture: 'M4.5 5.5h15v13h-15ZM4.5 15.5l4.5-4.5 4 4 2.5-2.5 4 4M15.5 8.8v.1',
  like: 'M4 4h9v9H4ZM16.5 8.5H20V20H8.5v-3.5',
  open: 'M9 4.5H4.5V9M15 4.5h4.5V9M9 19.5H4.5V15M15 19.5h4.5V15',
} as const;

export type IconName = keyof typeof PATHS;

/** A stroke icon of the page; decoration only, the control around it has the name. */
export function Icon(props: { name: IconName; size?: number }): JSX.Element {
  return <PathIcon path={PATHS[props.name]} size={props.size} />;
}

/** The same by its path, for parts of the page that are loaded when they are wanted, and their icons with them. */
export function PathIcon(props: { path: string; size?: number | undefined }): JSX.Element {
  return (
    <svg
      viewBox="0 0 24 24"
      width={props.size ?? 20}
      height={props.size ?? 20}
      fill="none"
      stroke="currentColor"
      stroke-width="1.6"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={props.path} />
    </svg>
  );
}

/** A disc and what stays of it in the eye. */
export function Logo(): JSX.Element {
  return (
    <svg class="logo" viewBox="0 0 32 24" width="32" height="24" fill="none" aria-hidden="true">
      <path d="M22.6 3.9a8.5 8.5 0 0 1 0 16.2" stroke="currentColor" stroke-width="2" opacity="0.35" />
      <path d="M16.6 3.9a8.5 8.5 0 0 1 0 16.2" stroke="currentColor" stroke-width="2" opacity="0.7" />
      <circle cx="9.5" cy="12" r="8.5" fill="currentColor" />
    </svg>
  );
}
