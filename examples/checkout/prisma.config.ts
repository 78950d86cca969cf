import { defineConfig } from "prisma/config";

// Not Prisma's env(): it throws where the variable is missing, and `prisma generate` needs no database.
export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  datasource: { url: process.env["DATABASE_URL"] ?? "" },
});
