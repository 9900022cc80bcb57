# Builds the program and runs the main job: docker build -t telework . && docker run --rm -v "$PWD/results:/home/telework/results" telework
FROM rust:1-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked && strip target/release/telework

FROM debian:bookworm-slim
COPY --from=build /src/target/release/telework /usr/local/bin/telework
COPY --from=build /src/LICENSE-MIT /src/LICENSE-APACHE /usr/share/doc/telework/
WORKDIR /home/telework
ENTRYPOINT ["telework"]
# Scenarios and data are inside the program.
CMD ["run", "baseline"]
