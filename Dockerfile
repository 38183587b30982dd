# One image for web, worker and beat; PostgreSQL, Valkey or Redis, S3 and SMTP are outside (HELPDESK_*_URL).

FROM python:3.12-slim AS build
WORKDIR /app
RUN python -m venv .venv
ENV PATH=/app/.venv/bin:$PATH REFLEX_DIR=/tmp/reflex
COPY requirements.txt pyproject.toml LICENSE ./
COPY helpdesk/__init__.py helpdesk/__init__.py
# as constraints: what runs, at the pinned versions, without what develops and tests
RUN pip install --no-cache-dir -c requirements.txt -e .
COPY . .
RUN helpdesk build \
 && rm -rf .web/node_modules

FROM python:3.12-slim
RUN useradd --system --uid 10001 --no-create-home helpdesk \
 && install -d -o helpdesk -g helpdesk -m 0700 /data
COPY --from=build --chown=root:root /app /app
WORKDIR /app
USER helpdesk
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    HELPDESK_ENV=production HELPDESK_DATA=/data HELPDESK_LOG_FORMAT=json REFLEX_DIR=/tmp/reflex
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health', timeout=2)"]
# worker, beat and migrate: the same image with another argument
ENTRYPOINT ["helpdesk"]
CMD ["web", "--host", "0.0.0.0"]
