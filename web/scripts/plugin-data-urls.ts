import { createHash } from "node:crypto";
import type { Plugin } from "vite";

const DATA_URL = /url\((?:"(data:(?:\\.|[^"\\])*)"|(data:[^)"]*))\)/g;

/** The name and the content of a file for a data: address of a style. */
export function fileOf(address: string): { name: string; content: Buffer } {
  const comma = address.indexOf(",");
  const type = address.slice("data:".length, comma);
  // what is quoted in a style has its quotes escaped
  const text = address.slice(comma + 1).replace(/\\(.)/g, "$1");
  const content = type.includes("base64") ? Buffer.from(text, "base64") : Buffer.from(decodeURIComponent(text));
  const extension = type.startsWith("image/svg") ? "svg" : (/^image\/(\w+)/.exec(type)?.[1] ?? "bin");
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8);
  return { name: `image-${hash}.${extension}`, content };
}

/** Styles of packages hold images as data: addresses, which `default-src 'self'` does not admit: make files of them. */
export function dataUrlsToFiles(): Plugin {
  return {
    name: "data-urls-to-files",
    apply: "build",
    generateBundle(_options, bundle) {
      for (const asset of Object.values(bundle)) {
        if (asset.type !== "asset" || !asset.fileName.endsWith(".css")) continue;
        asset.source = String(asset.source).replace(DATA_URL, (_whole, quoted?: string, bare?: string) => {
          const { name, content } = fileOf(quoted ?? bare ?? "");
          this.emitFile({ type: "asset", fileName: `assets/${name}`, source: content });
          return `url(${name})`;
        });
      }
    },
  };
}
