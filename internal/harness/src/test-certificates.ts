import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** PEM files that are valid for two days. */
export interface TestCertificates {
  readonly caFile: string;
  /** Key and certificate of a server at localhost and 127.0.0.1, in one file as Kafka wants them. */
  readonly serverFile: string;
  readonly clientCertFile: string;
  readonly clientKeyFile: string;
  /** An authority that signed none of these. */
  readonly otherCaFile: string;
  remove(): Promise<void>;
}

/** An authority, a server's and a client's certificate signed by it. @throws Error when openssl does not run */
export async function createTestCertificates(): Promise<TestCertificates> {
  const folder = await mkdtemp(join(tmpdir(), "waybill-certificates-"));
  const file = (name: string) => join(folder, name);
  await Promise.all([createAuthority(file("ca")), createAuthority(file("other-ca"))]);
  await sign(file("ca"), file("server"), "/CN=localhost", "subjectAltName=DNS:localhost,IP:127.0.0.1");
  await sign(file("ca"), file("client"), "/CN=relay", "extendedKeyUsage=clientAuth");
  const serverFile = file("server.pem");
  await writeFile(serverFile, await Promise.all([readFile(file("server.key")), readFile(file("server.crt"))]));
  return {
    caFile: file("ca.crt"),
    serverFile,
    clientCertFile: file("client.crt"),
    clientKeyFile: file("client.key"),
    otherCaFile: file("other-ca.crt"),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

async function createAuthority(path: string): Promise<void> {
  await openssl("req", "-x509", ...newKey, "-days", "2", "-subj", "/CN=test authority", ...keyAndCertificate(path));
}

async function sign(authority: string, path: string, subject: string, extension: string): Promise<void> {
  await openssl("req", ...newKey, "-subj", subject, "-keyout", `${path}.key`, "-out", `${path}.csr`);
  await writeFile(`${path}.ext`, `${extension}\n`);
  const signer = ["-CA", `${authority}.crt`, "-CAkey", `${authority}.key`, "-CAcreateserial"];
  const request = ["-in", `${path}.csr`, "-extfile", `${path}.ext`, "-out", `${path}.crt`];
  await openssl("x509", "-req", "-days", "2", ...signer, ...request);
}

function keyAndCertificate(path: string): string[] {
  return ["-keyout", `${path}.key`, "-out", `${path}.crt`];
}

async function openssl(...args: readonly string[]): Promise<void> {
  await run("openssl", args);
}
