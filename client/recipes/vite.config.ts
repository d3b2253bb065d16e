// Vite: the page of its development server and the gateway have the same origin, so the gateway needs no ALLOWED_ORIGINS.
const gateway = process.env['GATEWAY_URL'] ?? 'http://127.0.0.1:4000';

export default {
  server: {
    proxy: {
      // `ws` is needed for subscriptions. Without `changeOrigin`: the gateway compares Origin with Host.
      '/graphql': { target: gateway, ws: true, changeOrigin: false },
      '/assets/workspacekinds': { target: gateway, changeOrigin: false },
    },
  },
};
