# A worker. Build from the root of the repository:
#   docker build -f infra/worker.Dockerfile --target worker -t espalier-worker .
#   docker build -f infra/worker.Dockerfile --target worker-cuda -t espalier-worker-cuda .
FROM eclipse-temurin:17-jdk AS build
WORKDIR /build
COPY . .
# --mount keeps Maven's downloads between builds.
RUN --mount=type=cache,target=/root/.m2 sh ./mvnw -q -DskipTests package

# The program without PyTorch's natives, whose place the installed ones take.
FROM build AS build-cuda
RUN --mount=type=cache,target=/root/.m2 \
    rm -rf workers/target/lib && sh ./mvnw -q -DskipTests -Dcuda package

# PyTorch with CUDA, as PyPI has it; its libraries find each other by their places in this folder.
FROM python:3.12-slim AS pytorch
RUN pip install --no-cache-dir --target /opt/pytorch torch==2.7.1

# The user, and the folders the launcher knows, without the sources.
FROM eclipse-temurin:17-jre AS base
RUN useradd --create-home --uid 10001 espalier \
    && install -d -o espalier -g espalier /var/lib/espalier
WORKDIR /opt/espalier
COPY infra/worker-health ./infra/
COPY networks ./networks
COPY datasets ./datasets
COPY recipes ./recipes
# Natives are unpacked beside the work, so that the image can be mounted read-only.
ENV ESPALIER_WORK=/var/lib/espalier \
    DJL_CACHE_DIR=/var/lib/espalier/djl
VOLUME /var/lib/espalier
USER 10001
# exec form: the launcher execs java, which so receives SIGTERM itself.
ENTRYPOINT ["sh", "/opt/espalier/espalier"]
CMD ["worker"]

FROM base AS worker-cuda
COPY --from=pytorch /opt/pytorch /opt/pytorch
COPY --from=build-cuda /build/espalier ./
COPY --from=build-cuda /build/workers/target/classes ./workers/target/classes
COPY --from=build-cuda /build/workers/target/lib ./workers/target/lib
COPY --from=build-cuda /build/workers/target/workers.jar ./workers/target/
ENV ESPALIER_DEVICE=cuda \
    PYTORCH_LIBRARY_PATH=/opt/pytorch/torch/lib \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility

# The default: for the CPU.
FROM base AS worker
COPY --from=build /build/espalier ./
COPY --from=build /build/workers/target/classes ./workers/target/classes
COPY --from=build /build/workers/target/lib ./workers/target/lib
COPY --from=build /build/workers/target/workers.jar ./workers/target/
