export { type PostgresCluster, startPostgres } from "./postgres-cluster.ts";
