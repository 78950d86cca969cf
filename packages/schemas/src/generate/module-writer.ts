import * as runtime from "@waybill/events/codegen/v1";
import { NameScope } from "./names.ts";
import { joinList } from "./source-text.ts";

/** Where code for `@waybill/events` at run time comes from. */
const runtimeModule = "@waybill/events/codegen/v1";

/** Types that generated code refers to and that no export must shadow, as an event `uint8.array` would. */
const foreignTypes = ["AvroInput", "AvroOutput", "EventDescriptor", "ResolvingStep", "Uint8Array"];

/** Collects the parts of one generated module: what it imports, which names it uses, and its declarations. */
export class ModuleWriter {
  readonly names: NameScope = new NameScope([...Object.keys(runtime), ...foreignTypes]);
  private readonly imports = new Set<string>();
  private readonly declarations: string[] = [];

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
    return `${[header, importing, ...this.declarations].join("\n\n")}\n`;
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
