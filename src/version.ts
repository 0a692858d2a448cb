/** Version of this package; a test keeps it equal to package.json's. */
export const VERSION = '0.1.0';

/** First Node that runs TypeScript as it is and has SQLite built in. Equal to `engines` of package.json; a test sees to it. */
export const MINIMUM_NODE = '24.12.0';
