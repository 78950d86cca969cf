import { describe, expect, it } from "@jest/globals";
import { loadSettings } from "./settings.ts";

describe("settings", () => {
  it("come from flags before variables before defaults", () => {
    expect(loadSettings([], {})).toEqual({
      action: "run",
      options: { port: 8081, host: "127.0.0.1", store: { kind: "memory" }, compatibility: "BACKWARD" },
    });
    const env = {
      REGISTRY_PORT: "1",
      REGISTRY_HOST: "::1",
      REGISTRY_DATABASE_URL: "postgres://db/x",
      REGISTRY_COMPATIBILITY: "",
    };
    expect(loadSettings(["--port", "0", "--compatibility", "full_transitive"], env)).toEqual({
      action: "run",
      options: {
        port: 0,
        host: "::1",
        store: { kind: "postgres", url: "postgres://db/x" },
        compatibility: "FULL_TRANSITIVE",
      },
    });
  });

  it("are refused all at once, and no URL is repeated", () => {
    const load = () =>
      loadSettings(["--port", "x", "--compatibility", "SOME", "--database-url", "mysql://u:secret@h"], {});
    expect(load).toThrow(expect.objectContaining({ code: "INVALID_SETTINGS" }));
    expect(load).toThrow(/--port \(REGISTRY_PORT\).*--database-url|--port.*--compatibility.*--database-url/);
    expect(load).not.toThrow(/secret/);
    expect(() => loadSettings(["--prot", "1"], {})).toThrow(/unknown option '--prot'.*--help/s);
    expect(() => loadSettings(["extra"], {})).toThrow(expect.objectContaining({ code: "INVALID_SETTINGS" }));
  });

  it("are explained by --help", () => {
    const help = loadSettings(["--help"], {});
    expect(help).toMatchObject({ action: "print", text: expect.stringContaining("REGISTRY_DATABASE_URL") });
  });
});
