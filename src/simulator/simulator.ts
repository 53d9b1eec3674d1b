// The door of the simulator.

export { generateCountry } from './country.ts'
export { createDirectory } from './directory.ts'
export { ensureDemoCountry, makeDemoCountry } from './demo.ts'
export { historyOf } from './history.ts'
export { playLeaves, startPlayingLeaves } from './sick-leaves.ts'
