import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** The compiled definitions, which stay from run to run: their names tell what they were compiled from. */
export const fhirFolder = join(tmpdir(), `spona-test-fhir-${process.getuid?.() ?? 0}`)

/** The built portals of this run of tests; null outside of one. */
export const portalsOfRun = process.env['SPONA_TEST_CLUSTER'] ? join(dirname(process.env['SPONA_TEST_CLUSTER']), 'portals') : null
