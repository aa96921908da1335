using Xunit;

namespace CrmSolid.Client.Tests;

public sealed class ModelFactoryTests
{
    [Fact]
    public void What_is_left_out_has_its_default()
    {
        var contact = ModelFactory.Read<Contact>("""{"id": "con_1", "tags": null, "score": null, "created_at": null}""");
        Assert.Equal(("con_1", "", 0, false, null), (contact.Id, contact.Name, contact.Score, contact.OptedOut, contact.Email));
        Assert.Equal(("", default), (contact.Stage.Value, contact.CreatedAt));
        Assert.Empty(contact.Tags);
        Assert.Empty(contact.CustomFields);
        Assert.Empty(contact.AdditionalProperties);
        Assert.Equal(default, contact.Stage);
        Assert.Equal("", ModelFactory.Read<FunnelStage>("{}").Conversion.Of);
    }

    [Fact]
    public void Nulls_in_lists_and_maps_are_passed_by()
    {
        var webhook = ModelFactory.Read<Webhook>(
            """{"id": "whk_1", "events": ["ping", null], "account_ids": [null, 7421], "header_names": [null]}""");
        Assert.Equal([EventType.Ping], webhook.Events);
        Assert.Equal([7421], webhook.AccountIds);
        Assert.Empty(webhook.HeaderNames);
        var preview = ModelFactory.Read<BroadcastPreview>("""{"excluded": {"opted_out": 2, "later": null}}""");
        Assert.Equal(new Dictionary<string, long> { ["opted_out"] = 2 }, preview.Excluded);
    }

    [Theory]
    [InlineData("""{"name": "Sarah"}""", "Contact.id is missing")]
    [InlineData("""{"id": null}""", "Contact.id is missing")]
    [InlineData("""{"id": "con_1", "score": "5"}""", "Contact.score: expected an integer, not a text")]
    [InlineData("""{"id": "con_1", "tags": ["a", 5]}""", "Contact.tags: expected a text, not a number")]
    [InlineData("""{"id": "con_1", "created_at": "today"}""", "Contact.created_at: expected a time, not a text")]
    [InlineData("""["con_1"]""", "Contact: expected an object, not a list")]
    [InlineData("null", "null")]
    public void What_does_not_fit_is_named(string json, string expected)
    {
        var error = Assert.Throws<CrmSolidException>(() => ModelFactory.Read<Contact>(json));
        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public void A_model_is_written_as_it_was_read()
    {
        string json = """
            {"id":"con_1","name":"Müller","first_name":"","tags":["a"],"stage":"astronaut","score":5,"opted_out":false,
            "custom_fields":{"city":"Köln","age":7,"vip":null},"created_at":"2026-06-04T09:00:00+00:00","size":{"eu":42}}
            """.ReplaceLineEndings("");
        var contact = ModelFactory.Read<Contact>(json);
        Assert.Equal(7, contact.CustomFields["age"].GetInt32());
        Assert.Equal(42, contact.AdditionalProperties["size"].GetProperty("eu").GetInt32());
        Assert.Equal(json, ModelFactory.Write(contact));
    }

    [Fact]
    public void Pages_and_events_are_made()
    {
        Page<Contact> page = ModelFactory.Page([new Contact { Id = "con_1" }], "next");
        Assert.Equal(("con_1", "next"), (Assert.Single(page.Data).Id, page.NextCursor));
        var read = ModelFactory.Read<Page<Contact>>("""{"data": [null, {"id": "con_2"}], "total": 1}""");
        Assert.Equal(("con_2", 1), (Assert.Single(read.Data).Id, read.AdditionalProperties["total"].GetInt32()));

        Event made = ModelFactory.Event(EventType.ContactErased, """{"contact": {"id": "con_1"}, "reason": "asked"}""");
        Assert.Equal(("con_1", EventType.ContactErased), (made.Data.Contact?.Id, made.Type));
        var again = ModelFactory.Read<Event>(ModelFactory.Write(made));
        Assert.Equal((made.Id, "asked"), (again.Id, again.Data.AdditionalProperties["reason"].GetString()));
    }

    [Fact]
    public void Values_are_equal_to_the_listed_ones_and_unknown_ones_are_kept()
    {
        var message = ModelFactory.Read<Message>("""{"id": "msg_1", "status": "sent", "waiting_for": "rain"}""");
        Assert.Equal(MessageStatus.Sent, message.Status);
        Assert.Same(MessageStatus.Sent.Value, message.Status.Value);
        Assert.Equal("rain", message.WaitingFor);
        Assert.Equal(new MessageStatus(""), default);
        Assert.Equal("", default(MessageStatus).ToString());
    }
}
