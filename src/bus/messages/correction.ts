import type { Corrects } from './accept.ts'

/** What the centre signs of a correction beside what every sender signs: for whom, in place of what, and who stands for it. */
export const correctionHeaders = ({ from, corrects }: { from: string; corrects: Corrects }): Record<string, string> => ({
  'bus-on-behalf-of': from,
  'bus-corrects': corrects.message,
  // Names of people are no ASCII, and header values are.
  'bus-corrected-by': `${encodeURIComponent(corrects.proposedBy)} ${encodeURIComponent(corrects.approvedBy)}`,
})
