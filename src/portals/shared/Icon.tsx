// Every status has its own shape, which greyscale and a printer preserve; the word beside it carries the meaning.

const shapes = {
  critical: <path className="solid" d="M5.2 1h5.6L15 5.2v5.6L10.8 15H5.2L1 10.8V5.2z" />,
  warning: (
    <>
      <path d="M8 1.8 15 14H1z" />
      <path d="M8 6.4v3.4M8 12v.1" />
    </>
  ),
  done: (
    <>
      <circle cx="8" cy="8" r="6.6" />
      <path d="m5 8.2 2.2 2.2L11.2 6" />
    </>
  ),
  info: (
    <>
      <circle cx="8" cy="8" r="6.6" />
      <path d="M8 7.4v3.8M8 4.7v.1" />
    </>
  ),
  waiting: (
    <>
      <circle cx="8" cy="8" r="6.6" />
      <path d="M8 4.4V8l2.4 1.6" />
    </>
  ),
  lock: (
    <>
      <rect x="2.8" y="7" width="10.4" height="7.4" rx="1.4" />
      <path d="M5 7V4.8a3 3 0 0 1 6 0V7" />
    </>
  ),
  unknown: (
    <>
      <circle cx="8" cy="8" r="6.6" strokeDasharray="2.6 2.6" />
      <path d="M8 8v.1" />
    </>
  ),
  high: <path className="solid" d="M8 3 14 13H2z" />,
  low: <path className="solid" d="M8 13 2 3h12z" />,
  'critical-high': <path className="solid" d="M8 .6 13.4 8H2.6zM8 7.6 13.4 15H2.6z" />,
  'critical-low': <path className="solid" d="M8 15.4 2.6 8h10.8zM8 8.4 2.6 1h10.8z" />,
  abnormal: <path className="solid" d="M8 1.6 14.4 8 8 14.4 1.6 8z" />,
  active: <circle className="solid" cx="8" cy="8" r="4.4" />,
  resting: <circle cx="8" cy="8" r="4" />,
  home: <path d="M2 7.4 8 2.2l6 5.2M3.6 6.2v7.6h8.8V6.2M6.4 13.8v-4h3.2v4" />,
  eye: (
    <>
      <path d="M1.2 8S3.6 3.4 8 3.4 14.8 8 14.8 8 12.4 12.6 8 12.6 1.2 8 1.2 8z" />
      <circle cx="8" cy="8" r="2.2" />
    </>
  ),
  search: (
    <>
      <circle cx="7" cy="7" r="4.8" />
      <path d="m10.6 10.6 4 4" />
    </>
  ),
  close: <path d="m3.4 3.4 9.2 9.2M12.6 3.4l-9.2 9.2" />,
  next: <path d="m6 3 5 5-5 5" />,
  previous: <path d="m10 3-5 5 5 5" />,
  calendar: (
    <>
      <rect x="1.8" y="3" width="12.4" height="11.2" rx="1.4" />
      <path d="M1.8 6.6h12.4M5 1.4v3M11 1.4v3" />
    </>
  ),
  down: <path d="m3 6 5 5 5-5" />,
  person: (
    <>
      <circle cx="8" cy="5" r="3" />
      <path d="M2.4 14.4c.6-3.2 2.8-4.8 5.6-4.8s5 1.6 5.6 4.8" />
    </>
  ),
  card: (
    <>
      <rect x="1.4" y="3.4" width="13.2" height="9.2" rx="1.4" />
      <path d="M1.4 6.4h13.2M4 9.8h3" />
    </>
  ),
  print: (
    <>
      <path d="M4 6V1.8h8V6M4 11.6H1.8V6h12.4v5.6H12" />
      <path d="M4 9.4h8v4.8H4z" />
    </>
  ),
  visit: <path d="M8 3.4v9.2M3.4 8h9.2" />,
  hospital: (
    <>
      <path d="M2.4 14V3.4h11.2V14M2.4 14h11.2" />
      <path d="M8 5.4v4M6 7.4h4M6.4 14v-2h3.2v2" />
    </>
  ),
  emergency: <path d="M8 1.8v12.4M2.6 4.9l10.8 6.2M13.4 4.9 2.6 11.1" />,
  dental: (
    <path d="M4.4 1.8c-2 0-2.6 1.8-2.4 3.4.2 1.8 1 2.4 1.2 4.4.2 2 .4 4.6 1.4 4.6 1.2 0 1-4.4 3.4-4.4s2.2 4.4 3.4 4.4c1 0 1.2-2.6 1.4-4.6.2-2 1-2.6 1.2-4.4.2-1.6-.4-3.4-2.4-3.4C10 1.8 9.4 2.8 8 2.8S6 1.8 4.4 1.8z" />
  ),
  document: (
    <>
      <path d="M3.4 1.6h6l3.2 3.2v9.6H3.4z" />
      <path d="M5.8 7.4h4.4M5.8 10h4.4" />
    </>
  ),
  laboratory: (
    <>
      <path d="M6.2 1.8v4.4L2.6 13c-.3.7.1 1.4.9 1.4h9c.8 0 1.2-.7.9-1.4L9.8 6.2V1.8M5 1.8h6" />
      <path d="M4.4 10h7.2" />
    </>
  ),
  imaging: (
    <>
      <circle cx="8" cy="8" r="6.4" />
      <circle cx="8" cy="8" r="2.4" />
    </>
  ),
  procedure: <path d="M2 14 9.4 6.6M8 5.2l2.8 2.8 3.6-5.6z" />,
  immunization: <path d="m2 14 3-3M4.4 8.2l3.4 3.4 4.6-4.6-3.4-3.4zM10 3l3 3M11.6 4.4l2-2" />,
  therapy: (
    <>
      <rect x="1.6" y="5" width="12.8" height="6" rx="3" />
      <path d="M8 5v6" />
    </>
  ),
  other: <circle cx="8" cy="8" r="2.4" />,
} as const

export type IconName = keyof typeof shapes

/** The icon is decoration beside a word; give `label` only where no word stands beside it. */
export function Icon({ name, label }: { name: IconName; label?: string }) {
  if (label === undefined)
    return (
      <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
        {shapes[name]}
      </svg>
    )
  return (
    <svg className="icon" viewBox="0 0 16 16" role="img" aria-label={label}>
      {shapes[name]}
    </svg>
  )
}
