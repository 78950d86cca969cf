import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "./generated/client.ts";

const { DATABASE_URL = "postgresql://postgres:postgres@localhost:5432/postgres" } = process.env;

export const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: DATABASE_URL }) });
