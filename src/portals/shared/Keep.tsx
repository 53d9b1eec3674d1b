import type { ReactNode } from 'react'

/** Codes, units and international names: never broken across lines and never transliterated. */
export const Keep = ({ children }: { children: ReactNode }) => (
  <span className="keep" translate="no">
    {children}
  </span>
)
