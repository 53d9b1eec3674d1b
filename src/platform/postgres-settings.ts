import { totalmem } from 'node:os'

const megabyte = 1_048_576
const buffersMb = { least: 128, most: 4096, share: 0.25 } as const

/** A quarter of the memory (PostgreSQL, 19.4.1), and never so much that a checkpoint has more to look through than it is worth. */
export const sharedBuffers = (memoryBytes: number): string =>
  `${Math.floor(Math.min(buffersMb.most, Math.max(buffersMb.least, (memoryBytes * buffersMb.share) / megabyte)))}MB`

/** Of the machine, or of the container when that may take less. */
const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY)

/** Settings of the embedded database; docs/reference/database.md says why each, and a test keeps the two lists equal. */
export const serverSettings: Record<string, string> = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  password_encryption: 'scram-sha-256',
  max_connections: '80',
  shared_buffers: sharedBuffers(memory),
  effective_cache_size: '2GB',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  random_page_cost: '1.1',
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  wal_level: 'replica',
  wal_compression: 'pglz',
  max_wal_size: '4GB',
  min_wal_size: '1GB',
  checkpoint_timeout: '10min',
  checkpoint_completion_target: '0.9',
  autovacuum_naptime: '5s',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // A failed statement's text, parameters and even its message may hold a person's data: the log gets what concerns the engine alone.
  log_min_messages: 'log',
  log_checkpoints: 'off',
  log_statement: 'none',
  log_min_error_statement: 'panic',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_error_verbosity: 'terse',
}
