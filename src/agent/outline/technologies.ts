/** What a named technology is used for. */
export type TechnologyKind =
  | 'delivery'
  | 'framework'
  | 'identity'
  | 'integration'
  | 'interface'
  | 'language'
  | 'queue'
  | 'storage'
  | 'test';

/** A technology the tables know, by the name its makers write. */
export interface Technology {
  readonly name: string;
  readonly kind: TechnologyKind;
}

/** Names as they occur in running text; ordinary words that happen to be product names need their exact spelling. */
const NAMES: readonly (readonly [string, TechnologyKind, RegExp])[] = [
  ['PostgreSQL', 'storage', /\bpostgres(?:ql)?\b/iu],
  ['MySQL', 'storage', /\bmysql\b/iu],
  ['MariaDB', 'storage', /\bmariadb\b/iu],
  ['SQLite', 'storage', /\bsqlite3?\b/iu],
  ['MongoDB', 'storage', /\bmongo(?:db)?\b/iu],
  ['Redis', 'storage', /\bredis\b/iu],
  ['Elasticsearch', 'storage', /\belasticsearch\b/iu],
  ['DynamoDB', 'storage', /\bdynamodb\b/iu],
  ['S3', 'storage', /\bS3\b/u],
  ['Kafka', 'queue', /\bkafka\b/iu],
  ['RabbitMQ', 'queue', /\brabbitmq\b/iu],
  ['SQS', 'queue', /\bSQS\b/u],
  ['OAuth', 'identity', /\boauth(?:2|\s?2\.0)?\b/iu],
  ['OpenID Connect', 'identity', /\bopenid connect\b|\bOIDC\b/iu],
  ['SAML', 'identity', /\bSAML\b/iu],
  ['JWT', 'identity', /\bJWTs?\b/u],
  ['GraphQL', 'interface', /\bgraphql\b/iu],
  ['gRPC', 'interface', /\bgrpc\b/iu],
  ['REST', 'interface', /\bREST(?:ful)?\b/u],
  ['WebSocket', 'interface', /\bwebsockets?\b/iu],
  ['React', 'framework', /\bReact\b/u],
  ['Vue', 'framework', /\bVue(?:\.js)?\b/u],
  ['Angular', 'framework', /\bAngular\b/u],
  ['Svelte', 'framework', /\bSvelte\b/u],
  ['Next.js', 'framework', /\bnext\.?js\b/iu],
  ['Django', 'framework', /\bdjango\b/iu],
  ['Flask', 'framework', /\bFlask\b/u],
  ['FastAPI', 'framework', /\bfastapi\b/iu],
  ['Rails', 'framework', /\bRails\b/u],
  ['Laravel', 'framework', /\blaravel\b/iu],
  ['Spring', 'framework', /\bSpring(?: Boot)?\b/u],
  ['Express', 'framework', /\bExpress(?:\.js)\b/u],
  ['Fastify', 'framework', /\bfastify\b/iu],
  ['TypeScript', 'language', /\btypescript\b/iu],
  ['Python', 'language', /\bpython\b/iu],
  ['Rust', 'language', /\bRust\b/u],
  ['Kotlin', 'language', /\bkotlin\b/iu],
  ['Go', 'language', /\bgolang\b/iu],
  ['Stripe', 'integration', /\bStripe\b/u],
  ['PayPal', 'integration', /\bpaypal\b/iu],
  ['Slack', 'integration', /\bSlack\b/u],
  ['Twilio', 'integration', /\btwilio\b/iu],
  ['Docker', 'delivery', /\bdocker\b/iu],
  ['Kubernetes', 'delivery', /\bkubernetes\b|\bk8s\b/iu],
  ['Playwright', 'test', /\bplaywright\b/iu],
  ['pytest', 'test', /\bpytest\b/iu],
];

/** The technologies a text names, in the order of the table, each once. */
export function technologiesIn(text: string): readonly Technology[] {
  return NAMES.filter(([, , pattern]) => pattern.test(text)).map(([name, kind]) => ({ name, kind }));
}
