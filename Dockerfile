# syntax=docker/dockerfile:1
# Two stages: the first installs, the second carries only what runs. Each RUN line also works by hand.
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
COPY requirements.txt .
RUN python -m venv /opt/venv \
 && /opt/venv/bin/python -m pip install --quiet -r requirements.txt

FROM python:3.11-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    KCS_HOST=0.0.0.0 \
    KCS_PORT=8501 \
    KCS_VAR=/var/lib/kidney-ct-studio
RUN groupadd --gid 10001 studio \
 && useradd --uid 10001 --gid studio --create-home --shell /usr/sbin/nologin studio \
 && install -d -o studio -g studio /var/lib/kidney-ct-studio
COPY --from=build /opt/venv /opt/venv
WORKDIR /srv/kidney-ct-studio
COPY . .
USER 10001:10001
EXPOSE 8501
VOLUME /var/lib/kidney-ct-studio
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8501/api/health', timeout=4)"]
CMD ["python", "-m", "app"]
