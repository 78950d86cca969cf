import { services } from "./jest-services.ts";

export default async function tearDown(): Promise<void> {
  await Promise.all(services.splice(0).map((service) => service.stop()));
}
