/** The logo: two links of a chain, one for the record and one for the person. */
export function Mark() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="2.4" strokeLinecap="round" aria-hidden="true" focusable="false">
      <path d="M10.5 7.5H7a4.5 4.5 0 0 0 0 9h3.5M13.5 7.5H17a4.5 4.5 0 0 1 0 9h-3.5M8.5 12h7" />
    </svg>
  )
}
