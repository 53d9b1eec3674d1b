// The same test with all data of third parties; the test file recognizes SPONA_LONG by itself.
import './three-systems.test.ts'
