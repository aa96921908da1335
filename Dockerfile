# One image for web, worker and scheduler; compose.yaml starts each with its command.
FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 CRMSOLID_DATA=/data
WORKDIR /app
COPY requirements.txt requirements.lock requirements-build.lock ./
# The lock file as constraints: the tested versions of the product's packages, without those that only tests need.
RUN pip install --disable-pip-version-check --require-hashes -r requirements-build.lock && \
    pip install --require-hashes --no-build-isolation -r requirements.txt -c requirements.lock
COPY . .
RUN groupadd --system --gid 10001 crmsolid && useradd --system --uid 10001 --gid 10001 crmsolid && \
    mkdir /data && chown 10001:10001 /data
# By number, so that Kubernetes can see that it is not root.
USER 10001:10001
VOLUME /data
EXPOSE 8000
CMD ["python", "-m", "crmsolid.serving", "--host", "0.0.0.0", "--port", "8000"]
