// Our own icons, drawn on a 24 px grid. They are decorative: the text beside them says the same.

const PATHS = {
  home: "M4 11.5 12 5l8 6.5V19a1 1 0 0 1-1 1h-4.5v-5.5h-5V20H5a1 1 0 0 1-1-1z",
  scan: "M4 8V5a1 1 0 0 1 1-1h3M16 4h3a1 1 0 0 1 1 1v3M20 16v3a1 1 0 0 1-1 1h-3M8 20H5a1 1 0 0 1-1-1v-3M8 8h3v3H8zM13.5 8H16v2.5M8 13.5V16h2.5M13.5 13.5H16V16h-2.5z",
  history: "M12 7.5V12l3 2M4.5 12a7.5 7.5 0 1 0 2.3-5.4M4.5 4.5V8H8",
  person: "M12 12a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM5 19.5c.6-3.4 3.4-5 7-5s6.4 1.600 7 5",
  back: "M14.5 5.5 8 12l6.5 6.5",
  next: "M9.5 5.5 16 12l-6.5 6.5",
  cross: "M6 6l12 12M18 6 6 18",
  tick: "M5 12.5 10 17.5 19 7",
  erase: "M9 6h10a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H9l-5.5-6zM11.5 9.5l5 5M16.5 9.5l-5 5",
  finger: "M7 17.5c-1-1.700-1.5-3.5-1.5-5.5a6.5 6.5 0 0 1 13 0c0 1.200-.1 2.4-.4 3.5M10 19.5c-1-2.200-1.5-4.700-1.5-7.5a3.5 3.5 0 0 1 7 0c0 2.700-.4 5.200-1.200 7.5M12 12c0 2.5.2 4.700.7 7",
  shield: "M12 3.5 5 6v5.5c0 4.5 2.800 7.5 7 9 4.200-1.5 7-4.5 7-9V6z",
  phone: "M8 3.5h8a1 1 0 0 1 1 1v15a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1v-15a1 1 0 0 1 1-1zM11 17.5h2",
  sim: "M7 3.5h6.5L18 8v11.5a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1v-15a1 1 0 0 1 1-1zM9 11.5h6v5.5H9zM12 11.5V17",
  bank: "M4 9.5 12 4.5l8 5zM6 9.5V17M10 9.5V17M14 9.5V17M18 9.5V17M4 19.5h16",
  warning: "M12 4 3 19.5h18zM12 10v4.5M12 17v.3",
  message: "M4 5.5h16v11H10l-4 3.5v-3.5H4z",
  mail: "M4 5.5h16v13H4zM4.5 6.500 12 13l7.500-6.500",
  receipt: "M6 3.5h12v17l-2-1.5-2 1.5-2-1.5-2 1.5-2-1.5-2 1.5zM9 8h6M9 11.5h6M9 15h3",
  image: "M4 5.5h16v13H4zM4 15.5l4.5-4.5 4 4 2.5-2.5 5 5M15 9.5h.3",
  globe: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM4 12h16M12 4c2.5 2.3 3.5 5 3.5 8s-1 5.700-3.5 8c-2.5-2.3-3.5-5-3.5-8S9.5 6.3 12 4z",
  info: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 11v5M12 8v.3",
  clock: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4l2.5 2",
  ready: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM8.5 12.5l2.5 2.5 4.5-5.5",
  paste: "M9 5H6v15h12V5h-3M9 3.5h6v3H9zM9 11h6M9 14.5h4",
  copy: "M8.5 8.500V4.500h11v11h-4M4.500 8.500h11v11h-11z",
  key: "M8.5 19a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM11.500 12.500 19 5M16 8l2.500 2.500M13.500 10.500l2 2",
  again: "M18.5 12a6.5 6.5 0 1 1-2-4.700M18.500 3.500v4h-4",
  update: "M19 12a7 7 0 1 1-2.2-5.1M19.500 4v4h-4M12 8.5v7M9 12.500l3 3 3-3",
} as const;

export type IconName = keyof typeof PATHS;

/** Converts pixels at the default text size, so that icons grow with the text. */
const rem = (size: number): string => `${size / 17}rem`;

export function Icon({ name, size = 24 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={rem(size)} height={rem(size)} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** Ipse's mark: a person who is vouched for. The same drawing as public/mark.svg. */
export function Mark({ size = 32 }: { size?: number }) {
  return (
    <svg class="mark" width={rem(size)} height={rem(size)} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <circle cx="14" cy="5" r="4" />
      <path d="M14 14v4.5" stroke-width="6" />
      <path d="M4 16.5c0 7.5 4 12.5 10 12.5 8 0 13-8 14.5-20" stroke-width="4" />
    </svg>
  );
}
