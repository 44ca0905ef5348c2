# Built from the wheel, run by an ordinary user, everything kept in /data.
#   docker build -t selfstarter .
#   docker run --rm -it -v selfstarter:/data -v "$PWD:/work" -w /work selfstarter run "…"
FROM python:3.12-slim AS build
WORKDIR /src
COPY . .
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.12-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends bubblewrap tini \
    && rm -rf /var/lib/apt/lists/*
COPY requirements/run.txt /tmp/run.txt
RUN pip install --no-cache-dir --require-hashes --only-binary :all: -r /tmp/run.txt && rm /tmp/run.txt
COPY --from=build /wheels /tmp/wheels
RUN pip install --no-cache-dir --no-deps /tmp/wheels/*.whl && rm -r /tmp/wheels \
    && useradd --create-home --uid 1000 selfstarter \
    && install -d -o selfstarter /data /work
USER selfstarter
WORKDIR /work
VOLUME /data
# Journal, settings, keys and the embedded model: all of it in the volume.
ENV SELFSTARTER_HOME=/data/home XDG_CONFIG_HOME=/data/config SELFSTARTER_CACHE=/data/cache
EXPOSE 8787
ENTRYPOINT ["tini", "--", "selfstarter"]
CMD ["--help"]
