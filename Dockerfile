# The gateway:  docker build -t workspaces-gateway .
# The demo:     docker build --target demo -t workspaces-gateway-demo .  then  docker run -p 4000:4000 workspaces-gateway-demo

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# With the optional packages: TypeScript's compiler and the bundler are among them.
RUN npm ci --ignore-scripts
COPY tsconfig.base.json ./
COPY src ./src

FROM build AS build-server
COPY scripts/build-server.mjs scripts/unused-undici.mjs ./scripts/
RUN node scripts/build-server.mjs

FROM build AS build-web
COPY client/src ./client/src
COPY web ./web
COPY scripts/build-web.mjs ./scripts/
RUN node scripts/build-web.mjs

FROM build AS build-demo
COPY dev ./dev
RUN node_modules/.bin/tsc -p dev/tsconfig.build.json

FROM node:24-slim AS production
WORKDIR /app
ENV NODE_ENV=production
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force
COPY schema ./schema
COPY --from=build-web /app/web/dist ./web/dist
USER node
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 4000}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--enable-source-maps"]

FROM production AS demo
ENV LISTEN_HOST=0.0.0.0
# A development dependency that only the simulator imports. It has no dependencies of its own.
COPY --from=build /app/node_modules/fast-json-patch ./node_modules/fast-json-patch
COPY deploy ./deploy
COPY --from=build-demo /app/dist-demo ./
CMD ["dev/demo/main.js"]

FROM production
COPY --from=build-server /app/dist ./dist
CMD ["dist/server.js"]
