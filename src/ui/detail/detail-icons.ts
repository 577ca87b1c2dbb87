/** Paths of icons that only the detail view has (`PathIcon`). */
export const ICONS = {
  left: 'M14.5 5 8 12l6.5 7',
  right: 'M9.5 5l6.5 7-6.5 7',
  plus: 'M12 5.5v13M5.5 12h13',
  minus: 'M5.5 12h13',
  fit: 'M9 4.5H4.5V9M15 4.5h4.5V9M9 19.5H4.5V15M15 19.5h4.5V15M9.5 9.5h5v5h-5Z',
  download: 'M12 4v10.5M7.5 10.5 12 15l4.5-4.5M5 19.5h14',
  copy: 'M8.5 8.5h11v11h-11ZM15.5 8.5v-4h-11v11h4',
  link: 'M10 14a3.5 3.5 0 0 0 5 .3l3-3a3.5 3.5 0 0 0-5-5l-1.2 1.2M14 10a3.5 3.5 0 0 0-5-.3l-3 3a3.5 3.5 0 0 0 5 5l1.2-1.2',
  outside: 'M10.5 6H5v13h13v-5.5M14 4.5h5.5V10M19.5 4.5l-8 8',
} as const;
