import { file, list, networks, oneOf, origins, text, url, urls, whole } from './setting-readers.ts'

/** Every setting, in one table: docs/reference/settings.md is generated from it and a test keeps them equal. */
type Setting = { name: string; fallback: string; about: string; read(text: string): unknown }

export const settings = [
  { name: 'PORT', fallback: '8080', about: 'TCP port of the server; 0 takes a free one.', read: whole(0, 65535) },
  { name: 'HOST', fallback: '127.0.0.1', about: 'Address to listen on. Any address that is not loopback turns the demo off.', read: text },
  {
    name: 'BASE_URL',
    fallback: '',
    about: 'Address people and systems use, when it differs from http://HOST:PORT (https with TLS_CERT). It is the issuer and audience of tokens.',
    read: url('http', 'https'),
  },
  {
    name: 'TLS_CERT',
    fallback: '',
    about: 'PEM file with the certificate of the server, when it speaks TLS itself; with TLS_KEY. Empty: a proxy does.',
    read: text,
  },
  { name: 'TLS_KEY', fallback: '', about: 'PEM file with the private key of TLS_CERT.', read: text },
  {
    name: 'TLS_ASK_CLIENTS',
    fallback: 'false',
    about: 'true asks every client for a certificate (mutual TLS). Browsers then ask people too, so give systems an address of their own.',
    read: oneOf('true', 'false'),
  },
  {
    name: 'CLIENT_CERT_HEADER',
    fallback: '',
    about:
      'Header in which a proxy says the certificate of the client (Client-Cert by RFC 9440, or PEM in percent-encoding). Believed from TRUSTED_PROXIES only.',
    read: text,
  },
  {
    name: 'TRUSTED_PROXIES',
    fallback: '',
    about:
      'Addresses or networks (10.0.0.0/8) of our own proxies, with commas between them. Their X-Forwarded-For says whose limits a request counts to, and their CLIENT_CERT_HEADER is believed.',
    read: networks,
  },
  {
    name: 'METRICS_FROM',
    fallback: '127.0.0.1,::1',
    about: 'Addresses or networks that /metrics answers, with commas between them. A proxy of TRUSTED_PROXIES says who asks.',
    read: networks,
  },
  { name: 'DATA_DIR', fallback: './var', about: 'Folder for the embedded database, the keys and the seals.', read: text },
  {
    name: 'DATABASE_URL',
    fallback: '',
    about: 'A PostgreSQL of 15 or later instead of the embedded one. The user must own the database and may create roles; it is used for migrations only.',
    read: url('postgres', 'postgresql'),
  },
  {
    name: 'DATABASE_APP_URL',
    fallback: '',
    about: 'How the server itself connects (role spona_app). Empty: the same address with a password derived from the master key.',
    read: url('postgres', 'postgresql'),
  },
  {
    name: 'POSTGRES_DIR',
    fallback: '',
    about: 'Folder with the programs of another PostgreSQL of 15 or later (bin, lib, share) to run as the embedded database. Empty: the packaged 18.',
    read: text,
  },
  {
    name: 'DISK_WARN_MB',
    fallback: '2048',
    about: 'Room on the disk of the embedded database below which /health/ready, /metrics and the log say that it is nearly full.',
    read: whole(0, 100_000_000),
  },
  {
    name: 'DISK_RESERVE_MB',
    fallback: '128',
    about: 'Part of that disk kept for the audit rows of reads: when only this is left, writes get 507 and reads go on. About 100,000 looks. 0: none.',
    read: whole(0, 1_000_000),
  },
  {
    name: 'NATS_URL',
    fallback: '',
    about:
      'NATS servers with JetStream that carry the queues of the bus, separated by commas; empty means that PostgreSQL does. With tls:// nothing is said to a server before its certificate is checked.',
    read: urls('nats', 'tls'),
  },
  {
    name: 'NATS_CA',
    fallback: '',
    about: 'PEM file with the authorities that certify the NATS servers, read at each connection. Empty: those that the system trusts.',
    read: file,
  },
  { name: 'NATS_CERT', fallback: '', about: 'PEM file with our own certificate, when the NATS servers ask for one; with NATS_KEY.', read: file },
  { name: 'NATS_KEY', fallback: '', about: 'PEM file with the private key of NATS_CERT.', read: file },
  { name: 'NATS_USER', fallback: '', about: 'Our name at the NATS servers, when NATS_URL says none; without NATS_PASSWORD it is a token.', read: text },
  { name: 'NATS_PASSWORD', fallback: '', about: 'The password of NATS_USER, as it is.', read: text },
  {
    name: 'NATS_REPLICAS',
    fallback: '1',
    about: 'On how many NATS servers each queue lies: 1, 3 or 5, at most as many as the cluster has.',
    read: whole(1, 5),
  },
  {
    name: 'DEMO',
    fallback: 'auto',
    about: 'true, false or auto: demo accounts and the invented country. auto is true on a loopback HOST, unless BASE_URL is a public address.',
    read: oneOf('true', 'false', 'auto'),
  },
  {
    name: 'SANDBOX',
    fallback: 'auto',
    about:
      'true, false or auto: vendors sign up by themselves at /vendor, with invented institutions, and are certified. Only for an instance without real people; auto is as DEMO.',
    read: oneOf('true', 'false', 'auto'),
  },
  { name: 'DEMO_PEOPLE', fallback: '150', about: 'People in the invented country of the first run.', read: whole(20, 100_000) },
  {
    name: 'LOG_LEVEL',
    fallback: 'warn',
    about: 'trace, debug, info, warn, error, fatal or silent.',
    read: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
  },
  {
    name: 'OIDC_ISSUER',
    fallback: '',
    about: 'OpenID Connect issuer for people (the national eID). Empty: the embedded provider, demo only.',
    read: url('http', 'https'),
  },
  { name: 'OIDC_CLIENT_ID', fallback: 'spona-portals', about: 'Client id of the portals at OIDC_ISSUER.', read: text },
  { name: 'OIDC_CLIENT_SECRET', fallback: '', about: 'Client secret of the portals at OIDC_ISSUER.', read: text },
  { name: 'OIDC_SCOPE', fallback: 'openid profile', about: 'What the portals ask OIDC_ISSUER for.', read: text },
  {
    name: 'OIDC_NUMBER_CLAIM',
    fallback: '',
    about:
      'Claim of OIDC_ISSUER (of the ID token or of UserInfo) that holds the JMBG or EBS of citizens, who are then let in to their own record without an account made before. Empty: none (its name at the national eID is UNVERIFIED).',
    read: text,
  },
  {
    name: 'OIDC_NUMBER_ACR',
    fallback: '',
    about:
      'How surely the issuer must know a citizen for that: the values of the claim acr that are enough, with commas between them. Empty: any (UNVERIFIED).',
    read: list,
  },
  {
    name: 'FHIR_ORIGINS',
    fallback: '',
    about:
      'Origins (https://app.example.rs) with commas between them, whose pages may call /fhir from a browser (CORS), with a token and never with cookies. Empty: none but our own.',
    read: origins,
  },
  { name: 'BODY_LIMIT_MB', fallback: '64', about: 'Largest request body; a larger one gets 413 before it is read.', read: whole(1, 512) },
  {
    name: 'CONDITIONAL_DELETE',
    fallback: 'single',
    about: 'What DELETE with a condition may delete: single (one match, more are refused) or multiple (all matches, at most 1,000).',
    read: oneOf('single', 'multiple'),
  },
  { name: 'RATE_PER_CLIENT', fallback: '6000', about: 'Requests a second that one client or account may make before 429.', read: whole(1, 1_000_000) },
  { name: 'VISIT_HOURS', fallback: '12', about: 'How long a visit opened by a doctor opens the record.', read: whole(1, 72) },
  { name: 'VISITS_PER_DAY', fallback: '60', about: 'Visits one doctor may open in a day.', read: whole(1, 1000) },
  {
    name: 'CHILD_AGE',
    fallback: '15',
    about: 'Age up to which parents and guardians see a child’s record (patients’ rights law; UNVERIFIED).',
    read: whole(0, 18),
  },
  {
    name: 'LOOK_REPORT_DAYS',
    fallback: '30',
    about: 'Days in which a data officer answers who does not know a look at their record (personal data protection law, article 21; UNVERIFIED).',
    read: whole(1, 365),
  },
  {
    name: 'IDENTITY_STRICT',
    fallback: '',
    about: 'Institutions (numbers, or all) that must send JMBG or EBS; others may file a pending identity.',
    read: list,
  },
  { name: 'IDENTITY_JMBG_PIVOT', fallback: '800', about: 'Year digits from this number on mean 1xxx, below it 2xxx (UNVERIFIED).', read: whole(0, 999) },
  {
    name: 'LZB_LENGTH',
    fallback: '11',
    about: 'Digits of the personal health number with its check digit (UNVERIFIED: the official format is not published).',
    read: whole(6, 20),
  },
  {
    name: 'LZB_CHECK',
    fallback: 'mod11-10',
    about: 'Check digit of the personal health number: mod11-10 (ISO 7064) or none (UNVERIFIED).',
    read: oneOf('mod11-10', 'none'),
  },
  { name: 'SYSTEM_URN', fallback: 'urn:rs', about: 'Prefix of identifier systems (urn:rs:jmbg …). No official URIs are published (UNVERIFIED).', read: text },
  {
    name: 'SEAL_CERT',
    fallback: '',
    about: 'PEM file with the certificate that documents of sick leaves are sealed with, with SEAL_KEY. Empty: a key of the installation, not qualified.',
    read: text,
  },
  { name: 'SEAL_KEY', fallback: '', about: 'PEM file with the private key of SEAL_CERT.', read: text },
  {
    name: 'EMPLOYERS_URL',
    fallback: '',
    about:
      'Where the process of the employers’ side listens when an operator runs it on another machine (`sickleave employers-run`). Empty: it is started beside this one.',
    read: url('http', 'https'),
  },
  {
    name: 'EMPLOYERS_DOOR',
    fallback: '127.0.0.1:0',
    about: 'Address and port of the door at which the employers’ process asks; 0 takes a free one. For another machine: an address of the inner network.',
    read: text,
  },
  {
    name: 'EMPLOYERS_DATABASE_URL',
    fallback: '',
    about: 'PostgreSQL URL of the role spona_employers, when an operator set its password. Empty: the password comes from the master key.',
    read: url('postgres', 'postgresql'),
  },
  {
    name: 'EMPLOYERS_TLS_CERT',
    fallback: '',
    about:
      'Certificate that the door shows when the employers’ process runs on another machine: a PEM file or the PEM itself. With EMPLOYERS_TLS_KEY and EMPLOYERS_TLS_CA; without them only addresses of this machine are taken.',
    read: text,
  },
  { name: 'EMPLOYERS_TLS_KEY', fallback: '', about: 'Private key of EMPLOYERS_TLS_CERT, as a file or PEM.', read: text },
  {
    name: 'EMPLOYERS_TLS_CA',
    fallback: '',
    about: 'Certificate of the authority that signed the certificates of both sides, as a file or PEM; neither side speaks to any other.',
    read: text,
  },
  {
    name: 'SIGNATURE_LEVEL',
    fallback: 'seal',
    about:
      'What a request for sick-leave money needs: seal (the seal of the centre is enough), advanced (the requester’s own signature as well, certified by an authority of SIGNATURE_TRUST) or qualified (with a qualified certificate and device). Documents of doctors bear the seal of the centre in any case.',
    read: oneOf('seal', 'advanced', 'qualified'),
  },
  {
    name: 'DOCTOR_SIGNATURE',
    fallback: 'offered',
    about:
      'demanded: a step of a sick leave is taken only with the doctor’s session signature. offered: portals sign, and a program that does not is taken too; its documents bear the seal alone.',
    read: oneOf('offered', 'demanded'),
  },
  {
    name: 'SIGNATURE_TRUST',
    fallback: '',
    about:
      'PEM file with the certificates of the authorities that certify signing keys, and their lists of revoked certificates (X509 CRL); needed for SIGNATURE_LEVEL above seal.',
    read: text,
  },
  { name: 'SEAL_SECONDS', fallback: '60', about: 'How often the audit is sealed when something was written.', read: whole(1, 86_400) },
  {
    name: 'TSA_URL',
    fallback: '',
    about: 'Time-stamping authority (RFC 3161) that stamps the seals of the bus. Empty: none. While it does not answer, traffic goes on.',
    read: url('http', 'https'),
  },
  {
    name: 'DEGRADED_DATABASE_MS',
    fallback: '400',
    about: 'A simple question to the database that takes longer, twice in a row, makes every answer say degraded (header spona-status, /status).',
    read: whole(1, 60_000),
  },
  {
    name: 'DEGRADED_AUDIT_MS',
    fallback: '1000',
    about: 'The same when requests wait longer than this for their audit rows.',
    read: whole(1, 60_000),
  },
  {
    name: 'DEGRADED_QUEUE_SECONDS',
    fallback: '60',
    about: 'The same when a document waits longer than this for the record.',
    read: whole(1, 86_400),
  },
  {
    name: 'DEGRADED_SEAL_SECONDS',
    fallback: '180',
    about: 'The same when rows of the bus’s log are not sealed for longer than this.',
    read: whole(1, 86_400),
  },
  {
    name: 'DEGRADED_STAMP_SECONDS',
    fallback: '900',
    about: 'The same when, with TSA_URL, the newest seals have no time stamp for longer than this.',
    read: whole(1, 604_800),
  },
  {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    fallback: '',
    about: 'A collector for the traces of the bus (OpenTelemetry, OTLP over HTTP, at /v1/traces below it); the SDK’s other OTEL_ settings hold. Empty: none.',
    read: url('http', 'https'),
  },
  {
    name: 'ALERT_ERROR_PERCENT',
    fallback: '5',
    about: 'Share of failed exchanges of a service in five minutes above which its provider is alerted.',
    read: whole(0, 100),
  },
  { name: 'ALERT_QUEUE_MINUTES', fallback: '15', about: 'Age of the oldest waiting message of a member from which it is alerted.', read: whole(1, 10_080) },
  {
    name: 'ALERT_OPERATOR_MINUTES',
    fallback: '10',
    about: 'The member whom an alert concerns hears it first; when it lasts longer than this, the operator.',
    read: whole(0, 10_080),
  },
  {
    name: 'ALERT_DIGEST_MINUTES',
    fallback: '15',
    about: 'After a message about alerts the next one to the same reader waits so long and brings all.',
    read: whole(1, 1440),
  },
  {
    name: 'ALERT_WEBHOOK',
    fallback: '',
    about: 'Where alerts for the operator are posted as JSON, signed by the centre. Empty: they stand on the operator’s page only.',
    read: url('http', 'https'),
  },
  {
    name: 'SMTP_URL',
    fallback: '',
    about:
      'Mail server for notices that something waits: smtp://user:password@host:587 (with STARTTLS) or smtps://. Empty: in the demo mails are files in DATA_DIR/mail, otherwise none is sent.',
    read: url('smtp', 'smtps'),
  },
  { name: 'MAIL_FROM', fallback: 'spona@localhost', about: 'Sender of these mails.', read: text },
  {
    name: 'MAIL_MINUTES',
    fallback: '15',
    about: 'After a notice by e-mail the next one to the same address waits so long and stands for all.',
    read: whole(0, 10_080),
  },
  {
    name: 'PROCESSES',
    fallback: '1',
    about:
      'Server processes that share the port and the work. Bundles and searches gain from one for each core, single writes do not; each takes up to 512 MB.',
    read: whole(1, 8),
  },
  {
    name: 'BUS_QUEUE_MAX',
    fallback: '2000000',
    about: 'Messages of the bus that may wait for one member; then whoever sends to it hears 503 with the length of its queue.',
    read: whole(1, 1_000_000_000),
  },
  { name: 'LANES', fallback: '4', about: 'Database connections of one process that write; each has an audit stream of its own.', read: whole(1, 64) },
] as const satisfies readonly Setting[]
