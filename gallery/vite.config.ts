import { defineConfig } from "vitest/config";

export default defineConfig({
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    target: "es2022",
    assetsInlineLimit: 0, // an inlined font would be a data: address, which the page's policy refuses
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    reportCompressedSize: true,
  },
  test: { setupFiles: ["test/date.ts"], testTimeout: 180_000 }, // a busy machine is no defect
});
