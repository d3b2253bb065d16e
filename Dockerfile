# The gateway:  docker build -t workspaces-gateway:0.1.0 .
# The demo:     docker build --target demo -t workspaces-gateway-demo .  then  docker run -p 4000:4000 workspaces-gateway-demo
# Without a container engine, `npm run image:replay` runs these steps in empty directories.

# The bundles are the same on every platform, so they are built on that of the machine.
FROM --platform=$BUILDPLATFORM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# With the optional packages: the bundler is among them.
RUN npm ci --ignore-scripts
COPY tsconfig.base.json ./
COPY src ./src
COPY scripts/build-server.mjs scripts/code-cache.cjs scripts/json-as-yaml.mjs scripts/unused-undici.mjs ./scripts/
RUN node scripts/build-server.mjs
# With the Node of the image. An image for another processor starts without the cache, more slowly.
COPY dev ./dev
COPY schema ./schema
COPY scripts/record-code-cache.ts ./scripts/
RUN node_modules/.bin/node scripts/record-code-cache.ts
COPY client/src ./client/src
COPY web ./web
COPY scripts/build-web.mjs scripts/bill-of-materials.mjs ./scripts/
RUN node scripts/build-web.mjs
RUN node scripts/bill-of-materials.mjs dist

FROM build AS build-demo
RUN node_modules/.bin/tsc -p dev/tsconfig.build.json

# Packages of the demo, which is not bundled.
FROM --platform=$BUILDPLATFORM node:24-slim AS packages-demo
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts

# Node for the platform of the image, with which the tests run too.
FROM --platform=$BUILDPLATFORM node:24-slim AS node
ARG TARGETARCH=amd64
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --os=linux --cpu="$(echo "$TARGETARCH" | sed s/amd64/x64/)"
RUN mkdir node && cp node_modules/node-linux-*/bin/node node_modules/node-linux-*/LICENSE node/

# The C and C++ libraries that Node needs, and certificates of public authorities. No shell, no package manager.
FROM gcr.io/distroless/cc-debian13 AS base
WORKDIR /app
ENV NODE_ENV=production
COPY --from=node /app/node/node /usr/local/bin/node
COPY --from=node /app/node/LICENSE ./LICENSE.node
COPY package.json LICENSE ./
COPY schema ./schema
COPY --from=build /app/web/dist ./web/dist
# The gateway writes no file, the demo only in /tmp: the root file system may be read-only.
USER 65532:65532
EXPOSE 4000 9090
# Asks the address that the gateway listens on: 0.0.0.0 and :: stand for loopback, too. Settings of CONFIG_FILE are not read.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "const { LISTEN_HOST: host, PORT: port } = process.env; require('node:http').get({ host: host || '127.0.0.1', port: port || 4000, path: '/livez' }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]

FROM base AS demo
ENV LISTEN_HOST=0.0.0.0
COPY --from=packages-demo /app/node_modules ./node_modules
# A development dependency that only the simulator imports. It has no dependencies of its own.
COPY --from=build /app/node_modules/fast-json-patch ./node_modules/fast-json-patch
COPY deploy ./deploy
COPY --from=build-demo /app/dist-demo ./
ENTRYPOINT ["node", "--enable-source-maps", "dev/demo/main.js"]

FROM base AS gateway
COPY --from=build /app/dist ./dist
# A smaller young generation of the heap, see docs/scaling.md.
ENTRYPOINT ["node", "--max-semi-space-size=8", "dist/server.js"]
