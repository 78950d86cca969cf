import type { Catalog } from "../service/catalog.ts";
import type { Deletion } from "../service/deletion.ts";
import { parseVersion } from "../service/lookups.ts";
import type { Policies } from "../service/policies.ts";
import type { Registration } from "../service/registration.ts";
import { GLOBAL } from "../store/registry-store.ts";
import { schemaAnswer, versionAnswer } from "./answers.ts";
import { bodyText, deletedFilter, flag, idParam, param, type RegistryRequest, schemaInput } from "./request.ts";

/** The parts of the registry that the API speaks for. */
export interface RegistryServices {
  readonly catalog: Catalog;
  readonly registration: Registration;
  readonly deletion: Deletion;
  readonly policies: Policies;
}

export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** `:name` matches one segment, which may hold encoded slashes. */
  readonly path: string;
  /** Returns what goes out as JSON, or a string that goes out as it is. */
  readonly handle: (request: RegistryRequest) => Promise<unknown>;
}

/** The API of Confluent's schema registry (docs.confluent.io, "Schema Registry API Reference"). */
export function registryRoutes(services: RegistryServices): readonly Route[] {
  return [
    { method: "GET", path: "/", handle: async () => ({}) },
    ...schemaRoutes(services),
    ...subjectRoutes(services),
    ...registrationRoutes(services),
    ...deletionRoutes(services),
    ...compatibilityRoutes(services),
    ...modeRoutes(services),
  ];
}

function schemaRoutes({ catalog }: RegistryServices): readonly Route[] {
  const usersOf = (request: RegistryRequest) => catalog.versionsWithSchema(idParam(request), flag(request, "deleted"));
  return [
    { method: "GET", path: "/schemas/types", handle: async () => ["AVRO"] },
    {
      method: "GET",
      path: "/schemas",
      handle: async (request) => {
        const prefix = request.query.get("subjectPrefix") ?? "";
        const found = await catalog.schemas(prefix, flag(request, "deleted"), flag(request, "latestOnly"));
        return found.map(versionAnswer);
      },
    },
    {
      method: "GET",
      path: "/schemas/ids/:id",
      handle: async (request) => schemaAnswer(await catalog.schema(idParam(request))),
    },
    {
      method: "GET",
      path: "/schemas/ids/:id/schema",
      handle: async (request) => (await catalog.schema(idParam(request))).text,
    },
    {
      method: "GET",
      path: "/schemas/ids/:id/subjects",
      handle: async (request) => [...new Set((await usersOf(request)).map(({ subject }) => subject))],
    },
    {
      method: "GET",
      path: "/schemas/ids/:id/versions",
      handle: async (request) => (await usersOf(request)).map(({ subject, version }) => ({ subject, version })),
    },
  ];
}

function subjectRoutes({ catalog }: RegistryServices): readonly Route[] {
  const versionOf = (request: RegistryRequest) =>
    catalog.version(param(request, "subject"), parseVersion(param(request, "version")), flag(request, "deleted"));
  return [
    {
      method: "GET",
      path: "/subjects",
      handle: async (request) => catalog.subjects(request.query.get("subjectPrefix") ?? "", deletedFilter(request)),
    },
    {
      method: "GET",
      path: "/subjects/:subject/versions",
      handle: async (request) =>
        (await catalog.versions(param(request, "subject"), deletedFilter(request))).map(({ version }) => version),
    },
    {
      method: "GET",
      path: "/subjects/:subject/versions/:version",
      handle: async (request) => versionAnswer(await versionOf(request)),
    },
    {
      method: "GET",
      path: "/subjects/:subject/versions/:version/schema",
      handle: async (request) => (await versionOf(request)).schema.text,
    },
    {
      method: "GET",
      path: "/subjects/:subject/versions/:version/referencedby",
      handle: async (request) => {
        const version = parseVersion(param(request, "version"));
        return catalog.referencedBy(param(request, "subject"), version, flag(request, "deleted"));
      },
    },
    {
      method: "GET",
      path: "/subjects/:subject/metadata",
      handle: async (request) => {
        const values = request.query.getAll("value");
        const keys = request.query.getAll("key").map((key, index) => [key, values[index] ?? ""] as const);
        const properties = Object.fromEntries(keys);
        const deleted = flag(request, "deleted");
        return versionAnswer(await catalog.latestWithMetadata(param(request, "subject"), properties, deleted));
      },
    },
  ];
}

function registrationRoutes({ registration }: RegistryServices): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/subjects/:subject/versions",
      handle: async (request) => {
        const { version, schema } = await registration.register(param(request, "subject"), schemaInput(request));
        return { id: schema.id, version, schemaType: "AVRO", ...schemaAnswer(schema) };
      },
    },
    {
      method: "POST",
      path: "/subjects/:subject",
      handle: async (request) => {
        const deleted = flag(request, "deleted");
        return versionAnswer(await registration.lookup(param(request, "subject"), schemaInput(request), deleted));
      },
    },
  ];
}

function deletionRoutes({ deletion }: RegistryServices): readonly Route[] {
  return [
    {
      method: "DELETE",
      path: "/subjects/:subject",
      handle: async (request) => deletion.deleteSubject(param(request, "subject"), flag(request, "permanent")),
    },
    {
      method: "DELETE",
      path: "/subjects/:subject/versions/:version",
      handle: async (request) => {
        const version = parseVersion(param(request, "version"));
        return deletion.deleteVersion(param(request, "subject"), version, flag(request, "permanent"));
      },
    },
  ];
}

function compatibilityRoutes({ registration, policies }: RegistryServices): readonly Route[] {
  const levelIn = (request: RegistryRequest) => bodyText(request, "compatibility", "INVALID_COMPATIBILITY");
  const test = async (request: RegistryRequest, version: string | null) => {
    const spec = version === null ? null : parseVersion(version);
    const verdict = await registration.test(param(request, "subject"), schemaInput(request), spec);
    const messages = flag(request, "verbose") ? { messages: verdict.messages } : {};
    return { is_compatible: verdict.compatible, ...messages };
  };
  return [
    {
      method: "POST",
      path: "/compatibility/subjects/:subject/versions",
      handle: async (request) => test(request, null),
    },
    {
      method: "POST",
      path: "/compatibility/subjects/:subject/versions/:version",
      handle: async (request) => test(request, param(request, "version")),
    },
    {
      method: "GET",
      path: "/config",
      handle: async () => ({ compatibilityLevel: await policies.globalCompatibility() }),
    },
    {
      method: "PUT",
      path: "/config",
      handle: async (request) => ({ compatibility: await policies.setCompatibility(GLOBAL, levelIn(request)) }),
    },
    {
      method: "DELETE",
      path: "/config",
      handle: async () => ({ compatibilityLevel: await policies.unsetCompatibility(GLOBAL) }),
    },
    {
      method: "GET",
      path: "/config/:subject",
      handle: async (request) => ({
        compatibilityLevel: await policies.subjectCompatibility(
          param(request, "subject"),
          flag(request, "defaultToGlobal"),
        ),
      }),
    },
    {
      method: "PUT",
      path: "/config/:subject",
      handle: async (request) => ({
        compatibility: await policies.setCompatibility(param(request, "subject"), levelIn(request)),
      }),
    },
    {
      method: "DELETE",
      path: "/config/:subject",
      handle: async (request) => ({ compatibilityLevel: await policies.unsetCompatibility(param(request, "subject")) }),
    },
  ];
}

function modeRoutes({ policies }: RegistryServices): readonly Route[] {
  const modeIn = (request: RegistryRequest) => bodyText(request, "mode", "INVALID_MODE");
  return [
    { method: "GET", path: "/mode", handle: async () => ({ mode: await policies.globalMode() }) },
    {
      method: "PUT",
      path: "/mode",
      handle: async (request) => ({ mode: await policies.setMode(GLOBAL, modeIn(request)) }),
    },
    {
      method: "GET",
      path: "/mode/:subject",
      handle: async (request) => ({
        mode: await policies.subjectMode(param(request, "subject"), flag(request, "defaultToGlobal")),
      }),
    },
    {
      method: "PUT",
      path: "/mode/:subject",
      handle: async (request) => ({ mode: await policies.setMode(param(request, "subject"), modeIn(request)) }),
    },
    {
      method: "DELETE",
      path: "/mode/:subject",
      handle: async (request) => ({ mode: await policies.unsetMode(param(request, "subject")) }),
    },
  ];
}
