"""OpenAPI links."""

from typing import Any

from tests.api.openapi.navigation import operations


def test_response_links_to_the_operations_that_take_its_ids(product_document: dict[str, Any]) -> None:
    def links(method: str, path: str, status: str) -> set[str]:
        return set(product_document["paths"][path][method]["responses"][status].get("links", {}))

    contact_operations = {
        *("get_contact", "update_contact", "delete_contact", "tag_contact"),
        *("get_contact_data", "get_contact_score"),
    }
    assert links("post", "/v1/contacts", "201") == contact_operations
    assert links("post", "/v1/messages/send", "200") == {"get_message", "cancel_message"}
    assert "get_contact_by_contact_id" in links("get", "/v1/messages/{message_id}", "200")
    # The id in this response is that of the job, not of the endpoint.
    assert links("post", "/v1/webhooks/{endpoint_id}/replay", "202") == {"get_job", "cancel_job", "get_failed_rows"}
    assert {"get_delivery", "replay_delivery"} < links("post", "/v1/webhooks/{endpoint_id}/test", "202")
    assert links("get", "/v1/contacts", "200") == links("delete", "/v1/contacts/{contact_id}", "204") == set()


def test_every_link_is_used_and_names_the_path_parameters_of_its_operation(
    product_document: dict[str, Any], example_document: dict[str, Any]
) -> None:
    for document in (product_document, example_document):
        path_parameters: dict[str, set[str]] = {}
        used_links: set[str] = set()
        for _, _, operation in operations(document):
            names = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"}
            path_parameters[operation["operationId"]] = names
            for response in operation["responses"].values():
                used_links |= {link["$ref"].rsplit("/", 1)[-1] for link in response.get("links", {}).values()}
        links = document["components"].get("links", {})
        assert used_links == set(links)
        for link in links.values():
            assert set(link["parameters"]) == path_parameters[link["operationId"]]
