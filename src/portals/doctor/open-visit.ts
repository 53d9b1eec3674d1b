/** How the visit dialog opens: by card (F8) or by number, and with a name when the person is already found. */
export type Opened = { way?: 'card' | 'number'; name?: string }
