// What a door does, by ews-javascript-api alone. Arguments: URL, user, password, room, scheme. Prints one line of JSON.
const ews = require("ews-javascript-api");
const { XhrApi } = require("@ewsjs/xhr");
const [url, user, password, room, scheme] = process.argv.slice(2);
const at = (text) => new ews.DateTime(`2026-11-23T${text}:00Z`);
const told = {};

function serviceFor(impersonated) {
  const service = new ews.ExchangeService(ews.ExchangeVersion.Exchange2016);
  service.Credentials = new ews.WebCredentials(user, password);
  service.Url = new ews.Uri(url);
  if (scheme === "ntlm") {
    service.XHRApi = new XhrApi().useNtlmAuthentication(user, password);
  }
  if (impersonated) {
    service.ImpersonatedUserId = new ews.ImpersonatedUserId(ews.ConnectingIdType.SmtpAddress, impersonated);
  }
  return service;
}

async function main() {
  const service = serviceFor(room);
  const calendar = new ews.FolderId(ews.WellKnownFolderName.Calendar, new ews.Mailbox(room));
  const day = new ews.CalendarView(at("00:00"), at("23:59"));

  const found = await service.FindAppointments(calendar, day);
  told.subjects = found.Items.map((item) => item.Subject);
  told.starts = found.Items.map((item) => item.Start.ToUniversalTime().ToISOString());
  told.kinds = [...new Set(found.Items.map((item) => ews.AppointmentType[item.AppointmentType]))];

  const whole = new ews.PropertySet(ews.BasePropertySet.FirstClassProperties);
  const first = await ews.Appointment.Bind(service, found.Items[0].Id, whole);
  told.organizer = first.Organizer.Address;
  told.resources = first.Resources.Items.map((each) => each.Address);

  const booked = new ews.Appointment(service);
  booked.Subject = "Walk-up";
  booked.Start = at("20:00");
  booked.End = at("20:30");
  await booked.Save(calendar, ews.SendInvitationsMode.SendToNone);
  booked.End = at("21:00");
  await booked.Update(ews.ConflictResolutionMode.AlwaysOverwrite, ews.SendInvitationsOrCancellationsMode.SendToNone);
  const again = await ews.Appointment.Bind(service, booked.Id, whole);
  told.booked = [again.Start, again.End].map((moment) => moment.ToUniversalTime().ToISOString());
  await again.Delete(ews.DeleteMode.HardDelete, ews.SendCancellationsMode.SendToNone);
  told.gone = await ews.Appointment.Bind(service, booked.Id, whole).then(
    () => "there",
    (error) => ews.ServiceError[error.ErrorCode]
  );

  const lists = await service.GetRoomLists();
  told.lists = lists.Items.map((list) => list.Address);
  told.rooms = (await service.GetRooms(lists.Items[0])).map((each) => each.Address);
  const names = await service.ResolveName("jonas");
  told.names = [...Array(names.Count).keys()].map((at) => names._getItem(at).Mailbox.Address);

  const window = new ews.TimeWindow(at("00:00"), at("00:00").AddDays(1));
  const asked = [new ews.AttendeeInfo(room)];
  const schedules = await service.GetUserAvailability(asked, window, ews.AvailabilityData.FreeBusy);
  told.busy = schedules.AttendeesAvailability.Responses[0].CalendarEvents.length;

  const ids = new ews.PropertySet(ews.BasePropertySet.IdOnly);
  const changes = await service.SyncFolderItems(calendar, ids, null, 512, ews.SyncFolderItemsScope.NormalItems, null);
  told.synced = changes.Count;
  await listen(service, calendar);

  told.refused = await serviceFor("nobody@office.example").FindAppointments(ews.WellKnownFolderName.Calendar, day).then(
    () => "read",
    (error) => ews.ServiceError[error.ResponseCode] || error.message
  );
  console.log(JSON.stringify(told));
  process.exit(0);
}

async function listen(service, calendar) {
  const types = [ews.EventType.Created, ews.EventType.Deleted];
  const subscription = await service.SubscribeToStreamingNotifications([calendar], ...types);
  const connection = new ews.StreamingSubscriptionConnection(service, 1);
  connection.AddSubscription(subscription);
  const heard = new Promise((resolve, reject) => {
    connection.OnNotificationEvent.push((_, event) => resolve(event.Events.map((one) => ews.EventType[one.EventType])));
    connection.OnSubscriptionError.push((_, event) => reject(event.Exception));
  });
  connection.Open();
  const made = new ews.Appointment(service);
  made.Subject = "Heard of";
  made.Start = at("22:00");
  made.End = at("22:30");
  await made.Save(calendar, ews.SendInvitationsMode.SendToNone);
  told.heard = await heard;
}

main().catch((error) => {
  console.error(error && error.stack, JSON.stringify(error));
  process.exit(1);
});
