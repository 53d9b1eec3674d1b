/** Settings of the embedded database; docs/reference/database.md says why each, and a test keeps the two lists equal. */
export const serverSettings: Record<string, string> = {
  listen_addresses: '', unix_socket_permissions: '0700', password_encryption: 'scram-sha-256', max_connections: '80',
  shared_buffers: '512MB', effective_cache_size: '2GB', work_mem: '16MB', maintenance_work_mem: '128MB', random_page_cost: '1.1', jit: 'off',
  max_parallel_workers_per_gather: '0', max_parallel_maintenance_workers: '0',
  fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', wal_level: 'replica', wal_compression: 'pglz',
  max_wal_size: '4GB', min_wal_size: '256MB', checkpoint_timeout: '10min', checkpoint_completion_target: '0.9', autovacuum_naptime: '20s',
  timezone: 'UTC', log_timezone: 'UTC',
  // A failed statement's text, parameters and even its message may hold a person's data: the log gets what concerns the engine alone.
  log_min_messages: 'log', log_checkpoints: 'off', log_statement: 'none', log_min_error_statement: 'panic', log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0', log_error_verbosity: 'terse',
}
