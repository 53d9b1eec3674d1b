import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** The compiled definitions, which are kept from run to run: their file names say from what they were compiled. */
export const fhirFolder = join(tmpdir(), `spona-test-fhir-${process.getuid?.() ?? 0}`)

/** The built portals of this test run; null outside of a run. */
export const portalsOfRun = process.env['SPONA_TEST_CLUSTER'] ? join(dirname(process.env['SPONA_TEST_CLUSTER']), 'portals') : null
