import { networkInterfaces } from "node:os";

/** Whether the URL's host is this machine: a loopback name, a socket's folder, or an address of one of its interfaces. */
export function isLocalDatabase(databaseUrl: string, own: readonly string[] = ownAddresses()): boolean {
  const url = new URL(databaseUrl);
  const host = (url.searchParams.get("host") ?? url.hostname).replace(/^\[(.*)\]$/, "$1");
  if (decodeURIComponent(host).startsWith("/")) return true;
  return host === "localhost" || host === "::1" || host.startsWith("127.") || own.includes(host);
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((interfaces) => interfaces?.map(({ address }) => address) ?? []);
}
