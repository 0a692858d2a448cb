/** What a package is used for, as far as the documents care. */
export type PackageRole =
  | 'command line'
  | 'database'
  | 'desktop'
  | 'HTTP service'
  | 'mobile'
  | 'queue'
  | 'test'
  | 'web page';

interface PackageRow {
  readonly role: PackageRole;
  /** What a reader calls it: the store behind a client, the tool behind a plug-in. */
  readonly name: string;
  readonly packages: string;
}

/** Package names of all ecosystems; a trailing `*` stands for any ending. */
const ROWS: readonly PackageRow[] = [
  { role: 'HTTP service', name: 'Fastify', packages: 'fastify' },
  { role: 'HTTP service', name: 'Express', packages: 'express' },
  { role: 'HTTP service', name: 'Koa', packages: 'koa' },
  { role: 'HTTP service', name: 'Hono', packages: 'hono' },
  { role: 'HTTP service', name: 'NestJS', packages: '@nestjs/core' },
  { role: 'HTTP service', name: 'hapi', packages: '@hapi/hapi' },
  { role: 'HTTP service', name: 'FastAPI', packages: 'fastapi' },
  { role: 'HTTP service', name: 'Flask', packages: 'flask' },
  { role: 'HTTP service', name: 'Django', packages: 'django' },
  { role: 'HTTP service', name: 'Starlette', packages: 'starlette' },
  { role: 'HTTP service', name: 'aiohttp', packages: 'aiohttp' },
  { role: 'HTTP service', name: 'Gin', packages: 'github.com/gin-gonic/gin' },
  { role: 'HTTP service', name: 'Echo', packages: 'github.com/labstack/echo*' },
  { role: 'HTTP service', name: 'chi', packages: 'github.com/go-chi/chi*' },
  { role: 'HTTP service', name: 'Gorilla mux', packages: 'github.com/gorilla/mux' },
  { role: 'HTTP service', name: 'Fiber', packages: 'github.com/gofiber/fiber*' },
  { role: 'HTTP service', name: 'Axum', packages: 'axum' },
  { role: 'HTTP service', name: 'Actix Web', packages: 'actix-web' },
  { role: 'HTTP service', name: 'Rocket', packages: 'rocket' },
  { role: 'HTTP service', name: 'Spring Boot', packages: 'spring-boot-starter-web* spring-boot-starter' },
  { role: 'HTTP service', name: 'Ruby on Rails', packages: 'rails' },
  { role: 'HTTP service', name: 'Sinatra', packages: 'sinatra' },
  { role: 'HTTP service', name: 'Laravel', packages: 'laravel/framework' },
  { role: 'HTTP service', name: 'Symfony', packages: 'symfony/framework-bundle' },
  { role: 'HTTP service', name: 'ASP.NET Core', packages: 'Microsoft.NET.Sdk.Web Microsoft.AspNetCore*' },
  { role: 'web page', name: 'React', packages: 'react' },
  { role: 'web page', name: 'Vue', packages: 'vue' },
  { role: 'web page', name: 'Angular', packages: '@angular/core' },
  { role: 'web page', name: 'Svelte', packages: 'svelte' },
  { role: 'web page', name: 'Next.js', packages: 'next' },
  { role: 'web page', name: 'Nuxt', packages: 'nuxt' },
  { role: 'web page', name: 'Astro', packages: 'astro' },
  { role: 'mobile', name: 'React Native', packages: 'react-native expo' },
  { role: 'desktop', name: 'Electron', packages: 'electron' },
  { role: 'command line', name: 'Commander', packages: 'commander' },
  { role: 'command line', name: 'yargs', packages: 'yargs' },
  { role: 'command line', name: 'oclif', packages: '@oclif/core' },
  { role: 'command line', name: 'Click', packages: 'click' },
  { role: 'command line', name: 'Typer', packages: 'typer' },
  { role: 'command line', name: 'clap', packages: 'clap' },
  { role: 'command line', name: 'Cobra', packages: 'github.com/spf13/cobra' },
  { role: 'command line', name: 'urfave/cli', packages: 'github.com/urfave/cli*' },
  { role: 'command line', name: 'Thor', packages: 'thor' },
  { role: 'command line', name: 'Symfony Console', packages: 'symfony/console' },
  {
    role: 'database',
    name: 'PostgreSQL',
    packages:
      'pg postgres psycopg psycopg2 psycopg2-binary asyncpg github.com/lib/pq github.com/jackc/pgx* tokio-postgres postgresql Npgsql*',
  },
  {
    role: 'database',
    name: 'MySQL',
    packages:
      'mysql mysql2 mysqlclient pymysql github.com/go-sql-driver/mysql mysql-connector-j mysql-connector-java',
  },
  {
    role: 'database',
    name: 'SQLite',
    packages:
      'better-sqlite3 sqlite3 sqlite aiosqlite rusqlite github.com/mattn/go-sqlite3 modernc.org/sqlite sqlite-jdbc Microsoft.Data.Sqlite',
  },
  {
    role: 'database',
    name: 'MongoDB',
    packages: 'mongodb mongoose pymongo motor mongoid go.mongodb.org/mongo-driver*',
  },
  {
    role: 'database',
    name: 'Redis',
    packages:
      'redis ioredis github.com/redis/go-redis* github.com/go-redis/redis* predis/predis jedis StackExchange.Redis',
  },
  { role: 'database', name: 'Elasticsearch', packages: '@elastic/elasticsearch elasticsearch' },
  { role: 'database', name: 'a relational database through Prisma', packages: 'prisma @prisma/client' },
  {
    role: 'database',
    name: 'a relational database through an object mapper',
    packages:
      'sqlalchemy typeorm sequelize knex kysely drizzle-orm peewee tortoise-orm gorm.io/gorm diesel sqlx sea-orm hibernate-core spring-boot-starter-data-jpa activerecord doctrine/orm Microsoft.EntityFrameworkCore*',
  },
  {
    role: 'queue',
    name: 'Kafka',
    packages: 'kafkajs kafka-python confluent-kafka rdkafka spring-kafka github.com/segmentio/kafka-go',
  },
  {
    role: 'queue',
    name: 'RabbitMQ',
    packages: 'amqplib rabbitmq-client pika lapin github.com/rabbitmq/amqp091-go',
  },
  { role: 'queue', name: 'Celery', packages: 'celery' },
  { role: 'queue', name: 'BullMQ', packages: 'bullmq bull' },
  { role: 'queue', name: 'Sidekiq', packages: 'sidekiq' },
  { role: 'test', name: 'Vitest', packages: 'vitest' },
  { role: 'test', name: 'Jest', packages: 'jest' },
  { role: 'test', name: 'Mocha', packages: 'mocha' },
  { role: 'test', name: 'AVA', packages: 'ava' },
  { role: 'test', name: 'Playwright', packages: '@playwright/test playwright' },
  { role: 'test', name: 'Cypress', packages: 'cypress' },
  { role: 'test', name: 'pytest', packages: 'pytest' },
  { role: 'test', name: 'nose', packages: 'nose nose2' },
  { role: 'test', name: 'JUnit', packages: 'junit junit-jupiter* spring-boot-starter-test' },
  { role: 'test', name: 'RSpec', packages: 'rspec rspec-rails' },
  { role: 'test', name: 'Minitest', packages: 'minitest' },
  { role: 'test', name: 'PHPUnit', packages: 'phpunit/phpunit' },
  { role: 'test', name: 'xUnit', packages: 'xunit' },
  { role: 'test', name: 'NUnit', packages: 'NUnit' },
  { role: 'test', name: 'Testify', packages: 'github.com/stretchr/testify' },
];

const EXACT: ReadonlyMap<string, PackageRow> = new Map(
  ROWS.flatMap((row) => row.packages.split(' ').map((name) => [name.toLowerCase(), row] as const)),
);
const OPEN_ENDED = [...EXACT]
  .filter(([name]) => name.endsWith('*'))
  .map(([name, row]) => [name.slice(0, -1), row] as const);

/** What the table knows about a package. */
export function knownPackage(
  name: string,
): { readonly role: PackageRole; readonly name: string } | undefined {
  const key = name.toLowerCase();
  return EXACT.get(key) ?? OPEN_ENDED.find(([start]) => key.startsWith(start))?.[1];
}
