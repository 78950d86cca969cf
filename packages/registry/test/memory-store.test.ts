import { createMemoryStore } from "../src/store/memory-store.ts";
import { testRegistryStore } from "./store-contract.ts";

testRegistryStore("memory", async () => createMemoryStore());
