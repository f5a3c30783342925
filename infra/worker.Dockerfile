# A worker. Build from the root of the repository:
#   docker build -f infra/worker.Dockerfile -t espalier-worker .
FROM eclipse-temurin:17-jdk AS build
WORKDIR /build
COPY . .
# --mount keeps Maven's downloads between builds.
RUN --mount=type=cache,target=/root/.m2 sh ./mvnw -q -DskipTests package

FROM eclipse-temurin:17-jre
RUN useradd --create-home --uid 10001 espalier \
    && install -d -o espalier -g espalier /var/lib/espalier
WORKDIR /opt/espalier
# The folders the launcher knows, and nothing of the sources.
COPY --from=build /build/espalier ./
COPY --from=build /build/workers/target/classes ./workers/target/classes
COPY --from=build /build/workers/target/lib ./workers/target/lib
COPY --from=build /build/workers/target/workers*.jar ./workers/target/
COPY networks ./networks
COPY datasets ./datasets
COPY recipes ./recipes
USER espalier
ENV ESPALIER_WORK=/var/lib/espalier
VOLUME /var/lib/espalier
# exec form: the launcher execs java, which so receives SIGTERM itself.
ENTRYPOINT ["sh", "/opt/espalier/espalier"]
CMD ["worker"]
