# syntax=docker/dockerfile:1
# The service as an image. Build: docker build -t activity-log . (see docs/deployment.md)

FROM node:22-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
# What the lock says, and nothing of it may run; the build comes below, when the sources are there.
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json tsconfig.embedding.json vite.config.ts vite.embedding.config.ts ./
COPY scripts ./scripts
COPY src ./src
RUN npm run build

FROM node:22-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts

FROM node:22-slim
LABEL org.opencontainers.image.title="Activity Log" \
  org.opencontainers.image.description="One trail of everything important that happens in an application, live." \
  org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production \
  HOST=0.0.0.0 \
  PORT=4000 \
  ACTIVITY_DATA_DIR=/data
WORKDIR /app
# Root owns the program, so that the service cannot change it; only /data is its own.
RUN install -d -o node -g node -m 0700 /data
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json schema.graphql ./
COPY prisma/schema.prisma ./prisma/schema.prisma
COPY prisma/migrations ./prisma/migrations
COPY --from=build /build/dist ./dist
USER node
VOLUME /data
EXPOSE 4000
# Not npm and no shell: they would keep SIGTERM from the service. It handles that itself, and has no children to reap.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "dist/cli/main.js"]
CMD ["serve"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health/ready').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
