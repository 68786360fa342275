// As it comes, compression included; `standalone` is how such a site is shipped in a container.
const here = import.meta.dirname;

export default {
  output: 'standalone',
  outputFileTracingRoot: here,
  turbopack: { root: here },
};
