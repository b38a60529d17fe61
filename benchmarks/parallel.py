"""Ten clients at once, two different pictures: no answer may belong to the other picture."""

from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import httpx

from benchmarks import measure

CLIENTS, REQUESTS, ALONE = 10, 200, 200


def ask(http: httpx.Client, url: str, data: bytes) -> list[float]:
    """One request's probabilities."""
    answer = http.post(f"{url}/v1/predict", files=[("files", ("slice", data))])
    return list(answer.json()["results"][0]["probabilities"].values())


def client(url: str, pictures: list[bytes], right: list[list[float]], first: int, count: int) -> int:
    """Send requests in turn; how many answers were wrong."""
    with httpx.Client(timeout=120) as http:
        turns = [(first + number) % 2 for number in range(count)]
        return sum(ask(http, url, pictures[turn]) != right[turn] for turn in turns)


def main() -> None:
    """Measure and print."""
    files, _ = measure.slices(60)
    pictures = [files[0], files[-1]]
    with measure.server() as running:
        with httpx.Client(timeout=120) as http:
            right = [ask(http, running.url, picture) for picture in pictures]
            for _ in range(10):
                ask(http, running.url, pictures[0])
        start = perf_counter()
        wrong_alone = client(running.url, pictures, right, 0, ALONE)
        alone = ALONE / (perf_counter() - start)
        start = perf_counter()
        with ThreadPoolExecutor(CLIENTS) as pool:
            jobs = [
                pool.submit(client, running.url, pictures, right, number, REQUESTS // CLIENTS)
                for number in range(CLIENTS)
            ]
            wrong = sum(job.result() for job in jobs)
        together = REQUESTS / (perf_counter() - start)
    measure.row(
        "parallel",
        clients=CLIENTS,
        requests=REQUESTS,
        wrong_answers=wrong + wrong_alone,
        pictures_differ=right[0] != right[1],
        one_client_per_s=alone,
        all_clients_per_s=together,
        speedup=together / alone,
        met=wrong + wrong_alone == 0 and right[0] != right[1],
    )


if __name__ == "__main__":
    main()
