import { defineConfig } from "prisma/config";

// `process.env` and not Prisma's env(), which throws when the variable is missing: `prisma generate` needs no database.
export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  datasource: { url: process.env["DATABASE_URL"] ?? "" },
});
