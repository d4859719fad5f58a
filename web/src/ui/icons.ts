/** Paths on a 24 × 24 grid, drawn with a stroke width of 2. */
export const icons = {
  overview: "M3 11 12 4l9 7M5 10v10h5v-6h4v6h5V10",
  consumption: "M4 20V10M10 20V4M16 20v-8M21 20H3",
  habits: "M4 4h16v16H4zM4 9.5h16M4 15h16M9.5 4v16M15 4v16",
  tempo: "M4 6h16v14H4zM4 10h16M8 3v5M16 3v5M8 15h.01M12 15h.01M16 15h.01",
  ecowatt: "M13 3 5 14h6l-1 7 8-11h-6z",
  compare: "M12 4v16M7 20h10M5 7h14M5 7l-3 7h6zM19 7l-3 7h6z",
  meter: "M5 3h14v18H5zM8 7h8v4H8zM9 16h.01M12 16h.01M15 16h.01",
  account: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4 21a8 8 0 0 1 16 0",
  administration: "M12 3 4 6v6c0 5 3.5 8 8 9 4.5-1 8-4 8-9V6zM9 12l2 2 4-4",
  docs: "M6 3h9l4 4v14H6zM15 3v4h4M9 12h7M9 16h7",
  status: "M3 12h4l3-8 4 16 3-8h4",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  add: "M12 5v14M5 12h14",
  previous: "M15 5l-7 7 7 7",
  next: "M9 5l7 7-7 7",
  close: "M6 6l12 12M18 6 6 18",
  warning: "M12 4 2.5 20h19zM12 10v4M12 17h.01",
  info: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 11v5M12 8h.01",
  good: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M8 12l3 3 5-6",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  up: "M12 19V5M6 11l6-6 6 6",
  down: "M12 5v14M6 13l6 6 6-6",
  logOut: "M10 4H5v16h5M14 8l4 4-4 4M18 12H9",
} as const;

export type IconName = keyof typeof icons;
