// The same with everything that third parties have, which the file itself knows by SPONA_LONG.
import './three-systems.test.ts'
