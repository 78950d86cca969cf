import * as runtime from "@waybill/events/codegen/v1";
import type { BrandedIds } from "./branded-ids.ts";
import { NameScope } from "./names.ts";
import { joinList } from "./source-text.ts";

/** Where code for `@waybill/events` at run time comes from. */
const runtimeModule = "@waybill/events/codegen/v1";

/** Types that generated code refers to and that no export must shadow, as an event `uint8.array` would. */
const foreignTypes = ["AvroInput", "AvroOutput", "EventDescriptor", "ResolvingStep", "Uint8Array"];

/** Collects the parts of one generated module: what it imports, which names it uses, and its declarations. */
export class ModuleWriter {
  readonly names: NameScope;
  /** The brands that strings of the module's events have. */
  readonly brandedIds: BrandedIds;
  private readonly imports = new Set<string>();
  private readonly brands = new Set<string>();
  private readonly declarations: string[] = [];

  constructor(brandedIds: BrandedIds = new Map()) {
    this.brandedIds = brandedIds;
    this.names = new NameScope([...Object.keys(runtime), ...foreignTypes, ...brandedIds.values()]);
  }

  /** Imports the type of a brand. @returns its name */
  useBrand(brand: string): string {
    this.brands.add(brand);
    return brand;
  }

  /** Imports a function of the runtime. @returns its name */
  use(helper: string): string {
    this.imports.add(helper);
    return helper;
  }

  /** Imports a type of the runtime. @returns its name */
  useType(type: string): string {
    this.imports.add(`type ${type}`);
    return type;
  }

  /** Adds a declaration; they stand in the module in this order. */
  declare(text: string): void {
    this.declarations.push(text);
  }

  /** Keeps a place for a declaration before those that it needs itself, so that the module reads from the top down. */
  reserve(): (text: string) => void {
    const index = this.declarations.push("") - 1;
    return (text) => {
      this.declarations[index] = text;
    };
  }

  /** The module's text behind its header. */
  finish(header: string): string {
    const imports = [...this.imports].toSorted((left, right) => compare(bare(left), bare(right)));
    const importing = joinList("import {", imports, `} from "${runtimeModule}";`, true);
    const ids = joinList("import type {", [...this.brands].toSorted(compare), '} from "./ids.ts";', true);
    const imported = this.brands.size === 0 ? importing : `${importing}\n${ids}`;
    return `${[header, imported, ...this.declarations].join("\n\n")}\n`;
  }
}

function bare(specifier: string): string {
  return specifier.replace(/^type /, "").toLowerCase();
}

/** By code units, the same on every machine. */
function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
