import type { ReactNode } from 'react'

/** For codes, units and international names: they are never broken across lines and never transliterated. */
export const Keep = ({ children }: { children: ReactNode }) => (
  <span className="keep" translate="no">
    {children}
  </span>
)
